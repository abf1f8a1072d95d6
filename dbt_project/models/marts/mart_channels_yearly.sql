{{ mart_of_scope('channel', 'year') }}
