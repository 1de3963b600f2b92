select
    complex_id,
    industry_code,
    measure,
    period,
    index_value,
    reference_period,
    chain_no,
    chain_from,
    is_simulated
from {{ ref('int_index_chained') }}
