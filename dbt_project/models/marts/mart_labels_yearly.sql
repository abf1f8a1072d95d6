{{ mart_labels('year') }}
