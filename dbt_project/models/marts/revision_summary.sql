select
    complex_id,
    measure,
    freq,
    horizon,
    observations,
    revised,
    mean_revision,
    mean_absolute_revision,
    relative_mar_pct,
    hac_standard_error,
    bias_t,
    hac_lags,
    growth_pairs,
    sign_changes,
    is_simulated
from {{ ref('int_revisions_summarised') }}
