{{ mart_teams('month') }}
