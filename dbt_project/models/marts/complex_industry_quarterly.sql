select
    q.complex_id,
    q.industry_code,
    q.period,
    {{ published_columns(industry_columns()) }}
    b.break_ids,
    q.is_simulated
from {{ ref('int_industry_quarters_pivoted') }} as q
left join {{ ref('int_row_breaks_listed') }} as b
    on b.complex_id = q.complex_id
    and b.period = q.period
    and b.is_industry
where q.complex_id <> '_T'
