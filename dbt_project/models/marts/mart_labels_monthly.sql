{{ mart_labels('month') }}
