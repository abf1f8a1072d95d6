{{ mart_channels('month') }}
