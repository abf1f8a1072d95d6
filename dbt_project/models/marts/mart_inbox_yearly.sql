{{ mart_inbox('year') }}
