{{ mart_inbox('week') }}
