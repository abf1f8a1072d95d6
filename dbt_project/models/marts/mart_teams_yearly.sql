{{ mart_teams('year') }}
