{{ mart_of_scope('team', 'day', name='team_name') }}
