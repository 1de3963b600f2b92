select
    industry_code,
    period,
    {{ published_columns(industry_columns()) }}
    is_simulated
from {{ ref('int_industry_quarters_pivoted') }}
where complex_id = '_T'
