select
    complex_type,
    province_code,
    period,
    {{ pivoted(status_total_columns()) }}
    max(snapshot_id) as snapshot_id,
    bool_or(is_simulated) as is_simulated
from {{ ref('int_status_totals_selected') }}
group by complex_type, province_code, period
