select
    complex_id,
    period,
    exports_usd_m,
    exports_usd_m_status,
    krw_per_usd,
    krw_per_usd_source,
    exports_krw_100m,
    exports_krw_100m_status,
    is_simulated
from {{ ref('int_exports_converted') }}
