{{ mart_teams('day') }}
