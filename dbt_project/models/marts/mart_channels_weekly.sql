{{ mart_channels('week') }}
