{{ mart_of_scope('channel', 'week') }}
