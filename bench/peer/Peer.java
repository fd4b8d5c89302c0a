import exchange.core2.collections.objpool.ObjectsPool;
import exchange.core2.core.common.CoreSymbolSpecification;
import exchange.core2.core.common.MatcherEventType;
import exchange.core2.core.common.MatcherTradeEvent;
import exchange.core2.core.common.OrderAction;
import exchange.core2.core.common.OrderType;
import exchange.core2.core.common.SymbolType;
import exchange.core2.core.common.cmd.CommandResultCode;
import exchange.core2.core.common.cmd.OrderCommand;
import exchange.core2.core.common.cmd.OrderCommandType;
import exchange.core2.core.common.config.ExchangeConfiguration;
import exchange.core2.core.common.config.InitialStateConfiguration;
import exchange.core2.core.common.config.LoggingConfiguration;
import exchange.core2.core.common.config.OrdersProcessingConfiguration;
import exchange.core2.core.common.config.PerformanceConfiguration;
import exchange.core2.core.common.config.ReportsQueriesConfiguration;
import exchange.core2.core.common.config.SerializationConfiguration;
import exchange.core2.core.orderbook.IOrderBook;
import exchange.core2.core.orderbook.OrderBookDirectImpl;
import exchange.core2.core.orderbook.OrderBookEventsHelper;
import exchange.core2.core.processors.MatchingEngineRouter;
import exchange.core2.core.processors.RiskEngine;
import exchange.core2.core.processors.SharedPool;
import exchange.core2.core.processors.journaling.DummySerializationProcessor;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Runs a stream written by `bench peer-file` through exchange-core's own parts on one thread.
 *
 * Layer `book`: its direct order book alone. Layers `spot` and `margin`: risk check, matching, risk
 * release, called one after the other for every command, without its ring buffer: no thread waits
 * for another, which on two CPUs is the peer's best case.
 */
public final class Peer {
    private static final int RECORD_BYTES = 40;
    private static final int SLOTS = 64;
    private static final long FUNDS = 10_000_000_000_000_000L;

    private final String layer;
    private final int instruments;
    private final int count;
    private final byte[] kind;
    private final OrderAction[] action;
    private final int[] instrument;
    private final int[] account;
    private final long[] order;
    private final long[] price;
    private final long[] size;
    /** Highest price per instrument: what bids reserve at. */
    private final long[] priceMax;
    private int accountMax;

    private RiskEngine risk;
    private MatchingEngineRouter matching;
    private IOrderBook[] books;
    private long trades;
    private long volume;
    private long failures;

    private Peer(String layer, Path file, int instruments) throws IOException {
        this.layer = layer;
        this.instruments = instruments;
        try (FileChannel channel = FileChannel.open(file)) {
            var bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
                .order(ByteOrder.LITTLE_ENDIAN);
            count = (int) (channel.size() / RECORD_BYTES);
            kind = new byte[count];
            action = new OrderAction[count];
            instrument = new int[count];
            account = new int[count];
            order = new long[count];
            price = new long[count];
            size = new long[count];
            priceMax = new long[instruments + 1];
            for (int i = 0; i < count; i++) {
                int at = i * RECORD_BYTES;
                kind[i] = bytes.get(at);
                action[i] = bytes.get(at + 1) == 1 ? OrderAction.BID : OrderAction.ASK;
                instrument[i] = bytes.getInt(at + 4);
                account[i] = bytes.getInt(at + 8);
                order[i] = bytes.getLong(at + 16);
                price[i] = bytes.getLong(at + 24);
                size[i] = bytes.getLong(at + 32);
                accountMax = Math.max(accountMax, account[i]);
                priceMax[instrument[i]] = Math.max(priceMax[instrument[i]], price[i]);
            }
        }
    }

    public static void main(String[] arguments) throws IOException {
        String layer = arguments[0];
        int instruments = Integer.parseInt(arguments[2]);
        int prefill = Integer.parseInt(arguments[3]);
        int passes = Integer.parseInt(arguments[4]);
        Peer peer = new Peer(layer, Path.of(arguments[1]), instruments);
        var rates = new StringBuilder();
        for (int pass = 0; pass < passes; pass++) {
            peer.build();
            peer.run(0, prefill);
            peer.trades = 0;
            peer.volume = 0;
            long start = System.nanoTime();
            peer.run(prefill, peer.count);
            double seconds = (System.nanoTime() - start) / 1e9;
            rates.append(pass == 0 ? "" : ",").append(Math.round((peer.count - prefill) / seconds));
        }
        System.out.println("{\"layer\":\"" + layer + "\",\"commands_per_second\":[" + rates
            + "],\"trades\":" + peer.trades + ",\"volume\":" + peer.volume
            + ",\"failures\":" + peer.failures + "," + peer.finalBooks() + "}");
    }

    private void build() {
        boolean isSpot = layer.equals("spot");
        ExchangeConfiguration configuration = ExchangeConfiguration.builder()
            .ordersProcessingCfg(OrdersProcessingConfiguration.builder()
                .riskProcessingMode(
                    OrdersProcessingConfiguration.RiskProcessingMode.FULL_PER_CURRENCY)
                .marginTradingMode(isSpot
                    ? OrdersProcessingConfiguration.MarginTradingMode.MARGIN_TRADING_DISABLED
                    : OrdersProcessingConfiguration.MarginTradingMode.MARGIN_TRADING_ENABLED)
                .build())
            .performanceCfg(PerformanceConfiguration.throughputPerformanceBuilder().build())
            .initStateCfg(InitialStateConfiguration.cleanStart("peer"))
            .reportsQueriesCfg(ReportsQueriesConfiguration.DEFAULT)
            .loggingCfg(LoggingConfiguration.DEFAULT)
            .serializationCfg(SerializationConfiguration.DEFAULT)
            .build();
        SharedPool pool = SharedPool.createTestSharedPool();
        risk = new RiskEngine(0, 1, DummySerializationProcessor.INSTANCE, pool, configuration);
        matching = new MatchingEngineRouter(
            0, 1, DummySerializationProcessor.INSTANCE, OrderBookDirectImpl::new, pool,
            configuration);
        books = new IOrderBook[instruments + 1];
        int currencies = 2;
        while (currencies * (currencies - 1) / 2 < instruments) {
            currencies++;
        }
        int id = 0;
        for (int base = 2; base <= currencies; base++) {
            for (int quote = 1; quote < base && id < instruments; quote++) {
                addSymbol(++id, base, quote, isSpot);
            }
        }
        for (int user = 1; user <= accountMax; user++) {
            risk.getUserProfileService().addEmptyUserProfile(user);
            for (int currency = 1; currency <= currencies; currency++) {
                risk.getUserProfileService()
                    .balanceAdjustment(user, currency, FUNDS, 1_000_000L + currency);
            }
        }
    }

    private void addSymbol(int id, int base, int quote, boolean isSpot) {
        CoreSymbolSpecification symbol = CoreSymbolSpecification.builder()
            .symbolId(id)
            .type(isSpot ? SymbolType.CURRENCY_EXCHANGE_PAIR : SymbolType.FUTURES_CONTRACT)
            .baseCurrency(base).quoteCurrency(quote)
            .baseScaleK(1).quoteScaleK(1)
            .takerFee(0).makerFee(0).marginBuy(1).marginSell(1)
            .build();
        risk.getSymbolSpecificationProvider().addSymbol(symbol);
        IOrderBook book = new OrderBookDirectImpl(
            symbol, ObjectsPool.createDefaultTestPool(),
            OrderBookEventsHelper.NON_POOLED_EVENTS_HELPER, LoggingConfiguration.DEFAULT);
        books[id] = book;
        matching.getOrderBooks().put(id, book);
    }

    private void run(int from, int to) {
        OrderCommand[] slots = new OrderCommand[SLOTS];
        for (int i = 0; i < SLOTS; i++) {
            slots[i] = new OrderCommand();
        }
        boolean isBookAlone = layer.equals("book");
        for (int i = from; i < to; i++) {
            OrderCommand command = slots[i % SLOTS];
            fill(command, i);
            if (isBookAlone) {
                command.resultCode = IOrderBook.processCommand(books[command.symbol], command);
            } else {
                risk.preProcessCommand(i, command);
                matching.processOrder(i, command);
                risk.handlerRiskRelease(i, command);
            }
            count(command);
        }
    }

    private void fill(OrderCommand command, int i) {
        command.symbol = instrument[i];
        command.uid = account[i];
        command.orderId = order[i];
        command.action = action[i];
        command.price = price[i];
        command.size = size[i];
        command.timestamp = i;
        command.resultCode = CommandResultCode.VALID_FOR_MATCHING_ENGINE;
        command.matcherEvent = null;
        command.reserveBidPrice = action[i] == OrderAction.BID ? priceMax[instrument[i]] : 0;
        switch (kind[i]) {
            case 0, 1 -> {
                command.command = OrderCommandType.PLACE_ORDER;
                command.orderType = kind[i] == 0 ? OrderType.GTC : OrderType.IOC;
            }
            case 2 -> {
                command.command = OrderCommandType.PLACE_ORDER;
                command.orderType = OrderType.FOK_BUDGET;
                command.price = price[i] * size[i];
                command.reserveBidPrice = command.price;
            }
            case 3 -> command.command = OrderCommandType.CANCEL_ORDER;
            case 4 -> command.command = OrderCommandType.REDUCE_ORDER;
            default -> command.command = OrderCommandType.MOVE_ORDER;
        }
    }

    private void count(OrderCommand command) {
        if (command.resultCode != CommandResultCode.SUCCESS) {
            failures++;
        }
        for (MatcherTradeEvent event = command.matcherEvent; event != null; event = event.nextEvent) {
            if (event.eventType == MatcherEventType.TRADE) {
                trades++;
                volume += event.size;
            }
        }
    }

    private String finalBooks() {
        long askLevels = 0, askOrders = 0, bidLevels = 0, bidOrders = 0;
        for (int id = 1; id <= instruments; id++) {
            askLevels += books[id].getTotalAskBuckets(Integer.MAX_VALUE);
            askOrders += books[id].getOrdersNum(OrderAction.ASK);
            bidLevels += books[id].getTotalBidBuckets(Integer.MAX_VALUE);
            bidOrders += books[id].getOrdersNum(OrderAction.BID);
        }
        return "\"ask_levels\":" + askLevels + ",\"ask_orders\":" + askOrders
            + ",\"bid_levels\":" + bidLevels + ",\"bid_orders\":" + bidOrders;
    }
}
