{{ mart_labels('week') }}
