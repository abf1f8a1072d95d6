{{ mart_of_scope('team', 'week', name='team_name') }}
