{{ mart_channels('day') }}
