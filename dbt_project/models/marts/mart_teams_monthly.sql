{{ mart_of_scope('team', 'month', name='team_name') }}
