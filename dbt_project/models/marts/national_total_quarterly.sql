select
    period,
    {{ published_columns(quarter_columns()) }}
    is_simulated
from {{ ref('int_complex_quarters_pivoted') }}
where complex_id = '_T'
