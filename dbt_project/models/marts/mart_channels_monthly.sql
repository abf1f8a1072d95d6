{{ mart_of_scope('channel', 'month') }}
