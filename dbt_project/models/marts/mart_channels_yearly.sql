{{ mart_channels('year') }}
