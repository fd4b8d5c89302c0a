// Written by schemas/generate.ts from schemas/reject-codes.csv; never edited.

/// Why the venue refuses. Numbers are never reused.
#[repr(u16)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RejectCode {
    /// Request does not match the schema.
    MalformedRequest = 1001,
    /// Number is not a plain decimal.
    MalformedNumber = 1002,
    /// Content type must be application/json.
    MediaTypeUnsupported = 1003,
    /// Request body is larger than the limit.
    BodyTooLarge = 1004,
    /// Method is not allowed on this resource.
    MethodNotAllowed = 1005,
    /// No such resource.
    RouteNotFound = 1006,
    /// Request did not arrive in time.
    RequestTimeout = 1007,
    /// Command is not known to this venue.
    CommandUnknown = 1008,
    /// Send credentials before any other request.
    NotLoggedIn = 1101,
    /// Credentials are not valid.
    CredentialsInvalid = 1102,
    /// Key lacks the permission for this action.
    PermissionDenied = 1103,
    /// No open session with this id.
    SessionNotFound = 1104,
    /// Another connection is logged in under this session name.
    SessionInUse = 1105,
    /// Messages from this number on are not available.
    SequenceNotAvailable = 1106,
    /// Protocol version is not known to this venue.
    VersionUnsupported = 1107,
    /// Available balance is smaller than needed.
    AvailableBalanceInsufficient = 2001,
    /// No account with this id.
    AccountNotFound = 2002,
    /// Account is suspended: it may cancel but not place.
    AccountSuspended = 2003,
    /// Account belongs to the venue.
    AccountReserved = 2004,
    /// Source and target of a transfer must differ.
    TransferToSameAccount = 2005,
    /// No currency with this id.
    CurrencyNotFound = 2010,
    /// Amount has more decimals than the currency.
    AmountScaleExceeded = 2011,
    /// Amount must be positive and within the supply limit.
    AmountOutOfRange = 2012,
    /// Total supply of the currency would pass its limit.
    SupplyLimitExceeded = 2013,
    /// Request id was used before with other content.
    RequestIdExists = 2014,
    /// Request id must be 1 to 64 printable ASCII characters without space comma or quotes.
    RequestIdInvalid = 2015,
    /// Instrument does not exist.
    InstrumentNotFound = 3001,
    /// Price must be a multiple of the tick.
    PriceNotTickMultiple = 3002,
    /// Quantity must be a multiple of the lot.
    QuantityNotLotMultiple = 3003,
    /// Instrument is not open for trading.
    TradingClosed = 3004,
    /// Client order id was used before with other content.
    ClientOrderIdExists = 3005,
    /// Price must be at least one tick and below 2^53 ticks.
    PriceOutOfRange = 3006,
    /// Quantity must be at least one lot and below 2^53 lots.
    QuantityOutOfRange = 3007,
    /// Limit order needs a price.
    PriceRequired = 3008,
    /// Market order takes no price.
    PriceForbidden = 3009,
    /// Order needs a quantity; only a market buy may give quote_quantity in its place.
    QuantityRequired = 3010,
    /// Time in force does not fit the order type.
    TimeInForceUnsupported = 3011,
    /// Order type is not supported.
    OrderTypeUnsupported = 3012,
    /// Self-trade prevention mode is not supported.
    SelfTradePreventionUnsupported = 3013,
    /// Client order id must be 1 to 64 printable ASCII characters without space comma or quotes and
    /// not start with ob-.
    ClientOrderIdInvalid = 3014,
    /// Price is outside the price band.
    PriceOutsideBand = 3015,
    /// Quantity is below the minimum.
    QuantityBelowMinimum = 3016,
    /// Quantity is above the maximum.
    QuantityAboveMaximum = 3017,
    /// Order value is below the minimum.
    NotionalBelowMinimum = 3018,
    /// Order value is above the maximum.
    OrderValueAboveMaximum = 3019,
    /// Account has the maximum of open orders in this instrument.
    OpenOrdersLimitReached = 3020,
    /// Market order by quantity needs a reference price and a band.
    MarketProtectionUnavailable = 3021,
    /// Position would pass its limit.
    PositionLimitExceeded = 3022,
    /// Instrument is halted: only the venue may cancel.
    TradingHalted = 3023,
    /// Side must be buy or sell.
    SideInvalid = 3024,
    /// No order with this id.
    OrderNotFound = 4001,
    /// Order is filled cancelled rejected or expired.
    OrderAlreadyFinal = 4002,
    /// Post-only order would trade at once.
    PostOnlyWouldTrade = 4003,
    /// New quantity must be larger than the filled quantity.
    ReplaceQuantityBelowFilled = 4004,
    /// Tick times lot must be a whole number of quote units and the lot a whole number of base
    /// units.
    InstrumentScaleInexact = 5001,
    /// Name is taken.
    NameExists = 5002,
    /// Name has characters or a length that names must not have.
    NameInvalid = 5003,
    /// Currency scale must be 0 to 18.
    CurrencyScaleOutOfRange = 5004,
    /// Fee rates must be within one million and maker plus taker not negative.
    FeeRateInvalid = 5005,
    /// Limit is not known or its value is out of range.
    LimitInvalid = 5006,
    /// Reference price must be positive and the band below one million.
    BandInvalid = 5007,
    /// State is not known.
    StateInvalid = 5008,
    /// No alias with this text.
    AliasNotFound = 5009,
    /// Nothing to sweep.
    FeeAccumulatorEmpty = 5010,
    /// Capacity is zero or above what the engine can index.
    CapacityInvalid = 5011,
    /// Too many requests: retry after the given time.
    Throttled = 9001,
    /// Trading core is not available.
    CoreUnavailable = 9002,
    /// Journal space is low: only cancels are accepted.
    VenueCancelOnly = 9003,
    /// Journal has no space left: nothing is accepted until it has.
    JournalFull = 9004,
    /// Too many connections.
    ConnectionLimitReached = 9005,
    /// Internal error.
    InternalError = 9006,
    /// History is not available.
    HistoryUnavailable = 9007,
    /// Statements begin later: see available_from_us.
    StatementNotAvailable = 9008,
    /// Order table of the instrument is full.
    OrderTableFull = 9010,
    /// Account table is full.
    AccountTableFull = 9011,
    /// Instrument table is full.
    InstrumentTableFull = 9012,
    /// Currency table is full.
    CurrencyTableFull = 9013,
    /// Session table is full.
    SessionTableFull = 9014,
    /// Account holds the maximum of reserved client order ids.
    ClientOrderIdTableFull = 9015,
    /// Alias table is full.
    AliasTableFull = 9016,
}

impl RejectCode {
    /// Every code, by number.
    pub const ALL: [RejectCode; 80] = [
        RejectCode::MalformedRequest,
        RejectCode::MalformedNumber,
        RejectCode::MediaTypeUnsupported,
        RejectCode::BodyTooLarge,
        RejectCode::MethodNotAllowed,
        RejectCode::RouteNotFound,
        RejectCode::RequestTimeout,
        RejectCode::CommandUnknown,
        RejectCode::NotLoggedIn,
        RejectCode::CredentialsInvalid,
        RejectCode::PermissionDenied,
        RejectCode::SessionNotFound,
        RejectCode::SessionInUse,
        RejectCode::SequenceNotAvailable,
        RejectCode::VersionUnsupported,
        RejectCode::AvailableBalanceInsufficient,
        RejectCode::AccountNotFound,
        RejectCode::AccountSuspended,
        RejectCode::AccountReserved,
        RejectCode::TransferToSameAccount,
        RejectCode::CurrencyNotFound,
        RejectCode::AmountScaleExceeded,
        RejectCode::AmountOutOfRange,
        RejectCode::SupplyLimitExceeded,
        RejectCode::RequestIdExists,
        RejectCode::RequestIdInvalid,
        RejectCode::InstrumentNotFound,
        RejectCode::PriceNotTickMultiple,
        RejectCode::QuantityNotLotMultiple,
        RejectCode::TradingClosed,
        RejectCode::ClientOrderIdExists,
        RejectCode::PriceOutOfRange,
        RejectCode::QuantityOutOfRange,
        RejectCode::PriceRequired,
        RejectCode::PriceForbidden,
        RejectCode::QuantityRequired,
        RejectCode::TimeInForceUnsupported,
        RejectCode::OrderTypeUnsupported,
        RejectCode::SelfTradePreventionUnsupported,
        RejectCode::ClientOrderIdInvalid,
        RejectCode::PriceOutsideBand,
        RejectCode::QuantityBelowMinimum,
        RejectCode::QuantityAboveMaximum,
        RejectCode::NotionalBelowMinimum,
        RejectCode::OrderValueAboveMaximum,
        RejectCode::OpenOrdersLimitReached,
        RejectCode::MarketProtectionUnavailable,
        RejectCode::PositionLimitExceeded,
        RejectCode::TradingHalted,
        RejectCode::SideInvalid,
        RejectCode::OrderNotFound,
        RejectCode::OrderAlreadyFinal,
        RejectCode::PostOnlyWouldTrade,
        RejectCode::ReplaceQuantityBelowFilled,
        RejectCode::InstrumentScaleInexact,
        RejectCode::NameExists,
        RejectCode::NameInvalid,
        RejectCode::CurrencyScaleOutOfRange,
        RejectCode::FeeRateInvalid,
        RejectCode::LimitInvalid,
        RejectCode::BandInvalid,
        RejectCode::StateInvalid,
        RejectCode::AliasNotFound,
        RejectCode::FeeAccumulatorEmpty,
        RejectCode::CapacityInvalid,
        RejectCode::Throttled,
        RejectCode::CoreUnavailable,
        RejectCode::VenueCancelOnly,
        RejectCode::JournalFull,
        RejectCode::ConnectionLimitReached,
        RejectCode::InternalError,
        RejectCode::HistoryUnavailable,
        RejectCode::StatementNotAvailable,
        RejectCode::OrderTableFull,
        RejectCode::AccountTableFull,
        RejectCode::InstrumentTableFull,
        RejectCode::CurrencyTableFull,
        RejectCode::SessionTableFull,
        RejectCode::ClientOrderIdTableFull,
        RejectCode::AliasTableFull,
    ];

    /// The name used on every wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            RejectCode::MalformedRequest => "malformed_request",
            RejectCode::MalformedNumber => "malformed_number",
            RejectCode::MediaTypeUnsupported => "media_type_unsupported",
            RejectCode::BodyTooLarge => "body_too_large",
            RejectCode::MethodNotAllowed => "method_not_allowed",
            RejectCode::RouteNotFound => "route_not_found",
            RejectCode::RequestTimeout => "request_timeout",
            RejectCode::CommandUnknown => "command_unknown",
            RejectCode::NotLoggedIn => "not_logged_in",
            RejectCode::CredentialsInvalid => "credentials_invalid",
            RejectCode::PermissionDenied => "permission_denied",
            RejectCode::SessionNotFound => "session_not_found",
            RejectCode::SessionInUse => "session_in_use",
            RejectCode::SequenceNotAvailable => "sequence_not_available",
            RejectCode::VersionUnsupported => "version_unsupported",
            RejectCode::AvailableBalanceInsufficient => "available_balance_insufficient",
            RejectCode::AccountNotFound => "account_not_found",
            RejectCode::AccountSuspended => "account_suspended",
            RejectCode::AccountReserved => "account_reserved",
            RejectCode::TransferToSameAccount => "transfer_to_same_account",
            RejectCode::CurrencyNotFound => "currency_not_found",
            RejectCode::AmountScaleExceeded => "amount_scale_exceeded",
            RejectCode::AmountOutOfRange => "amount_out_of_range",
            RejectCode::SupplyLimitExceeded => "supply_limit_exceeded",
            RejectCode::RequestIdExists => "request_id_exists",
            RejectCode::RequestIdInvalid => "request_id_invalid",
            RejectCode::InstrumentNotFound => "instrument_not_found",
            RejectCode::PriceNotTickMultiple => "price_not_tick_multiple",
            RejectCode::QuantityNotLotMultiple => "quantity_not_lot_multiple",
            RejectCode::TradingClosed => "trading_closed",
            RejectCode::ClientOrderIdExists => "client_order_id_exists",
            RejectCode::PriceOutOfRange => "price_out_of_range",
            RejectCode::QuantityOutOfRange => "quantity_out_of_range",
            RejectCode::PriceRequired => "price_required",
            RejectCode::PriceForbidden => "price_forbidden",
            RejectCode::QuantityRequired => "quantity_required",
            RejectCode::TimeInForceUnsupported => "time_in_force_unsupported",
            RejectCode::OrderTypeUnsupported => "order_type_unsupported",
            RejectCode::SelfTradePreventionUnsupported => "self_trade_prevention_unsupported",
            RejectCode::ClientOrderIdInvalid => "client_order_id_invalid",
            RejectCode::PriceOutsideBand => "price_outside_band",
            RejectCode::QuantityBelowMinimum => "quantity_below_minimum",
            RejectCode::QuantityAboveMaximum => "quantity_above_maximum",
            RejectCode::NotionalBelowMinimum => "notional_below_minimum",
            RejectCode::OrderValueAboveMaximum => "order_value_above_maximum",
            RejectCode::OpenOrdersLimitReached => "open_orders_limit_reached",
            RejectCode::MarketProtectionUnavailable => "market_protection_unavailable",
            RejectCode::PositionLimitExceeded => "position_limit_exceeded",
            RejectCode::TradingHalted => "trading_halted",
            RejectCode::SideInvalid => "side_invalid",
            RejectCode::OrderNotFound => "order_not_found",
            RejectCode::OrderAlreadyFinal => "order_already_final",
            RejectCode::PostOnlyWouldTrade => "post_only_would_trade",
            RejectCode::ReplaceQuantityBelowFilled => "replace_quantity_below_filled",
            RejectCode::InstrumentScaleInexact => "instrument_scale_inexact",
            RejectCode::NameExists => "name_exists",
            RejectCode::NameInvalid => "name_invalid",
            RejectCode::CurrencyScaleOutOfRange => "currency_scale_out_of_range",
            RejectCode::FeeRateInvalid => "fee_rate_invalid",
            RejectCode::LimitInvalid => "limit_invalid",
            RejectCode::BandInvalid => "band_invalid",
            RejectCode::StateInvalid => "state_invalid",
            RejectCode::AliasNotFound => "alias_not_found",
            RejectCode::FeeAccumulatorEmpty => "fee_accumulator_empty",
            RejectCode::CapacityInvalid => "capacity_invalid",
            RejectCode::Throttled => "throttled",
            RejectCode::CoreUnavailable => "core_unavailable",
            RejectCode::VenueCancelOnly => "venue_cancel_only",
            RejectCode::JournalFull => "journal_full",
            RejectCode::ConnectionLimitReached => "connection_limit_reached",
            RejectCode::InternalError => "internal_error",
            RejectCode::HistoryUnavailable => "history_unavailable",
            RejectCode::StatementNotAvailable => "statement_not_available",
            RejectCode::OrderTableFull => "order_table_full",
            RejectCode::AccountTableFull => "account_table_full",
            RejectCode::InstrumentTableFull => "instrument_table_full",
            RejectCode::CurrencyTableFull => "currency_table_full",
            RejectCode::SessionTableFull => "session_table_full",
            RejectCode::ClientOrderIdTableFull => "client_order_id_table_full",
            RejectCode::AliasTableFull => "alias_table_full",
        }
    }

    /// The number used on every wire.
    #[must_use]
    pub const fn number(self) -> u16 {
        self as u16
    }

    /// The place of the check in the order of checks: lower is tested first.
    #[must_use]
    pub const fn precedence(self) -> u16 {
        match self {
            RejectCode::MalformedRequest => 10,
            RejectCode::MalformedNumber => 10,
            RejectCode::MediaTypeUnsupported => 10,
            RejectCode::BodyTooLarge => 10,
            RejectCode::MethodNotAllowed => 10,
            RejectCode::RouteNotFound => 10,
            RejectCode::RequestTimeout => 10,
            RejectCode::CommandUnknown => 10,
            RejectCode::NotLoggedIn => 20,
            RejectCode::CredentialsInvalid => 21,
            RejectCode::PermissionDenied => 22,
            RejectCode::SessionNotFound => 23,
            RejectCode::SessionInUse => 24,
            RejectCode::SequenceNotAvailable => 25,
            RejectCode::VersionUnsupported => 19,
            RejectCode::AvailableBalanceInsufficient => 800,
            RejectCode::AccountNotFound => 500,
            RejectCode::AccountSuspended => 510,
            RejectCode::AccountReserved => 520,
            RejectCode::TransferToSameAccount => 530,
            RejectCode::CurrencyNotFound => 210,
            RejectCode::AmountScaleExceeded => 310,
            RejectCode::AmountOutOfRange => 334,
            RejectCode::SupplyLimitExceeded => 790,
            RejectCode::RequestIdExists => 601,
            RejectCode::RequestIdInvalid => 320,
            RejectCode::InstrumentNotFound => 200,
            RejectCode::PriceNotTickMultiple => 330,
            RejectCode::QuantityNotLotMultiple => 331,
            RejectCode::TradingClosed => 400,
            RejectCode::ClientOrderIdExists => 600,
            RejectCode::PriceOutOfRange => 332,
            RejectCode::QuantityOutOfRange => 333,
            RejectCode::PriceRequired => 321,
            RejectCode::PriceForbidden => 322,
            RejectCode::QuantityRequired => 323,
            RejectCode::TimeInForceUnsupported => 324,
            RejectCode::OrderTypeUnsupported => 325,
            RejectCode::SelfTradePreventionUnsupported => 326,
            RejectCode::ClientOrderIdInvalid => 327,
            RejectCode::PriceOutsideBand => 740,
            RejectCode::QuantityBelowMinimum => 710,
            RejectCode::QuantityAboveMaximum => 711,
            RejectCode::NotionalBelowMinimum => 720,
            RejectCode::OrderValueAboveMaximum => 721,
            RejectCode::OpenOrdersLimitReached => 750,
            RejectCode::MarketProtectionUnavailable => 741,
            RejectCode::PositionLimitExceeded => 760,
            RejectCode::TradingHalted => 401,
            RejectCode::SideInvalid => 320,
            RejectCode::OrderNotFound => 220,
            RejectCode::OrderAlreadyFinal => 690,
            RejectCode::PostOnlyWouldTrade => 910,
            RejectCode::ReplaceQuantityBelowFilled => 700,
            RejectCode::InstrumentScaleInexact => 340,
            RejectCode::NameExists => 602,
            RejectCode::NameInvalid => 341,
            RejectCode::CurrencyScaleOutOfRange => 342,
            RejectCode::FeeRateInvalid => 343,
            RejectCode::LimitInvalid => 344,
            RejectCode::BandInvalid => 345,
            RejectCode::StateInvalid => 346,
            RejectCode::AliasNotFound => 603,
            RejectCode::FeeAccumulatorEmpty => 700,
            RejectCode::CapacityInvalid => 347,
            RejectCode::Throttled => 1,
            RejectCode::CoreUnavailable => 2,
            RejectCode::VenueCancelOnly => 3,
            RejectCode::JournalFull => 4,
            RejectCode::ConnectionLimitReached => 5,
            RejectCode::InternalError => 6,
            RejectCode::HistoryUnavailable => 7,
            RejectCode::StatementNotAvailable => 8,
            RejectCode::OrderTableFull => 900,
            RejectCode::AccountTableFull => 780,
            RejectCode::InstrumentTableFull => 780,
            RejectCode::CurrencyTableFull => 780,
            RejectCode::SessionTableFull => 780,
            RejectCode::ClientOrderIdTableFull => 770,
            RejectCode::AliasTableFull => 780,
        }
    }
}
