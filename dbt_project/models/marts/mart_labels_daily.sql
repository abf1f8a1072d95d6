{{ mart_labels('day') }}
