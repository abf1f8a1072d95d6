{{ mart_agents('week') }}
