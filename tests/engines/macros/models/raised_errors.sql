select cast({{ raise_error("it's wrong") }} as date) as date
