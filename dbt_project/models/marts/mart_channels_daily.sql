{{ mart_of_scope('channel', 'day') }}
