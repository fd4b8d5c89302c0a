import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.concurrent.CountDownLatch;
import quickfix.*;
import quickfix.field.*;
import quickfix.fix44.NewOrderSingle;

/**
 * Logs on, buys 0.01 BTC at the market, prints the reports, logs out.
 *
 * <p>mvn -q dependency:copy-dependencies -DoutputDirectory=lib <br>
 * java -cp 'lib/*' Trade.java 9878 SENDER TARGET KEY_ID SECRET
 */
public class Trade extends ApplicationAdapter {
  private final CountDownLatch filled = new CountDownLatch(1);
  private final String user;
  private final String password;

  Trade(String user, String password) {
    this.user = user;
    this.password = password;
  }

  public static void main(String[] args) throws Exception {
    SessionID id = new SessionID("FIX.4.4", args[1], args[2]);
    SessionSettings settings = new SessionSettings();
    settings.setString("ConnectionType", "initiator");
    settings.setString("SocketConnectHost", "127.0.0.1");
    settings.setString("SocketConnectPort", args[0]);
    settings.setString("HeartBtInt", "30");
    settings.setString("NonStopSession", "Y");
    settings.setString("DataDictionary", "FIX44.xml");
    settings.setString("ResetOnLogon", "Y");
    settings.setString(id, "BeginString", id.getBeginString());
    settings.setString(id, "SenderCompID", id.getSenderCompID());
    settings.setString(id, "TargetCompID", id.getTargetCompID());
    Trade trade = new Trade(args[3], args[4]);
    LogFactory quiet = new ScreenLogFactory(false, false, false);
    MessageFactory factory = new DefaultMessageFactory();
    Initiator initiator =
        new SocketInitiator(trade, new MemoryStoreFactory(), settings, quiet, factory);
    initiator.start();
    trade.filled.await();
    initiator.stop();
  }

  @Override
  public void toAdmin(Message message, SessionID id) {
    if (message instanceof quickfix.fix44.Logon) {
      message.setString(Username.FIELD, user);
      message.setString(Password.FIELD, password);
    }
  }

  @Override
  public void onLogon(SessionID id) {
    LocalDateTime now = LocalDateTime.now(ZoneOffset.UTC);
    ClOrdID clOrdId = new ClOrdID("java-" + System.nanoTime());
    NewOrderSingle order =
        new NewOrderSingle(
            clOrdId, new Side(Side.BUY), new TransactTime(now), new OrdType(OrdType.MARKET));
    order.set(new Symbol("BTC-USDT"));
    order.set(new OrderQty(0.01));
    Session.lookupSession(id).send(order);
  }

  @Override
  public void fromApp(Message message, SessionID id) throws FieldNotFound {
    System.out.println(message.toString().replace('\u0001', '|'));
    String status = message.isSetField(39) ? message.getString(39) : "0";
    if (status.equals("2") || status.equals("4") || status.equals("8")) filled.countDown();
  }
}
