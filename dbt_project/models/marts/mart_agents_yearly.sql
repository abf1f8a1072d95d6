{{ mart_agents('year') }}
