{{ mart_of_scope('team', 'year', name='team_name') }}
