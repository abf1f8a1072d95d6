{{ mart_teams('week') }}
