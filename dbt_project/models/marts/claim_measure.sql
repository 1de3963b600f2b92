select
    metric,
    coalesce(complex_id, '_T') as complex_id,
    definition,
    concept,
    period,
    value,
    months_covered,
    months_in_period,
    source,
    is_printed,
    reason_en,
    reason_ko,
    break_ids,
    is_simulated
from {{ ref('int_claim_measures_gathered') }}
