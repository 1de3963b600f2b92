select
    q.period,
    {{ published_columns(quarter_columns()) }}
    b.break_ids,
    q.is_simulated
from {{ ref('int_complex_quarters_pivoted') }} as q
left join {{ ref('int_row_breaks_listed') }} as b
    on b.complex_id = q.complex_id
    and b.period = q.period
    and not b.is_industry
where q.complex_id = '_T'
