{{ mart_agents('month') }}
