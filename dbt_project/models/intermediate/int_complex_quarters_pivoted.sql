-- One row a complex and quarter, the publisher's row 계 ('_T') included; a status of NULL: no cell.
select
    complex_id,
    period,
    {{ pivoted(quarter_columns() + size_columns()) }}
    bool_or(is_simulated) as is_simulated
from {{ ref('int_observations_quarterised') }}
where industry_code = '_T'
group by complex_id, period
