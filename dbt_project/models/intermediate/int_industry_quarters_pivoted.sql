-- One row a complex ('_T': 계), industry and quarter; a status of NULL: no cell.
select
    complex_id,
    industry_code,
    period,
    {{ pivoted(industry_columns()) }}
    bool_or(is_simulated) as is_simulated
from {{ ref('int_observations_quarterised') }}
where industry_code <> '_T'
group by complex_id, industry_code, period
