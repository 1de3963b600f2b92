select
    claim_id,
    text,
    source,
    claim_date,
    metric,
    definition,
    period,
    stated_pct,
    tolerance_pp,
    measured_pct,
    difference_pp,
    coverage,
    verdict,
    reason,
    reason_ko,
    is_simulated
from {{ ref('int_claims_checked') }}
