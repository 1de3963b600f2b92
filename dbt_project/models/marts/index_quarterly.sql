select
    complex_id,
    industry_code,
    measure,
    period,
    index_value,
    reference_period,
    chain_no,
    chain_from,
    case when begins_again or break_ids is not null then 'B' else 'A' end as sdmx_obs_status,
    break_ids,
    is_simulated
from {{ ref('int_index_chained') }}
