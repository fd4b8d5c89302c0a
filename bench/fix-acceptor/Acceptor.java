import java.io.ByteArrayInputStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import quickfix.Application;
import quickfix.DefaultMessageFactory;
import quickfix.FieldNotFound;
import quickfix.MemoryStoreFactory;
import quickfix.Message;
import quickfix.SLF4JLogFactory;
import quickfix.Session;
import quickfix.SessionID;
import quickfix.SessionNotFound;
import quickfix.SessionSettings;
import quickfix.SocketAcceptor;
import quickfix.UnsupportedMessageType;
import quickfix.field.MsgType;
import quickfix.fix44.ExecutionReport;

/**
 * The peer of the layer "fix": QuickFIX/J as an acceptor on one thread, with its store in memory and
 * no log, which answers each order and each cancel with an ExecutionReport of the fields that the
 * venue writes. There is no book, no account and no journal behind it.
 *
 * <p>Use: `java Acceptor.java <sessions>`; prints its port and runs until it is killed.
 */
public class Acceptor implements Application {
  private static final int[] COPIED = {11, 38, 40, 41, 44, 54, 55, 59};
  private long reports;

  public static void main(String[] args) throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    StringBuilder text = new StringBuilder("[DEFAULT]\nConnectionType=acceptor\n");
    text.append("SocketAcceptAddress=127.0.0.1\nSocketAcceptPort=").append(port).append('\n');
    text.append("BeginString=FIX.4.4\nSenderCompID=OPENBELL\nNonStopSession=Y\n");
    text.append("UseDataDictionary=Y\nDataDictionary=FIX44.xml\n");
    for (int client = 1; client <= Integer.parseInt(args[0]); client++) {
      text.append(String.format("[SESSION]\nTargetCompID=CLIENT%02d\n", client));
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.US_ASCII);
    SessionSettings settings = new SessionSettings(new ByteArrayInputStream(bytes));
    new SocketAcceptor(
            new Acceptor(),
            new MemoryStoreFactory(),
            settings,
            new SLF4JLogFactory(settings),
            new DefaultMessageFactory())
        .start();
    System.out.println(port);
  }

  @Override
  public void fromApp(Message request, SessionID id)
      throws FieldNotFound, UnsupportedMessageType {
    boolean isCancel = request.getHeader().getString(MsgType.FIELD).equals(MsgType.ORDER_CANCEL_REQUEST);
    reports++;
    ExecutionReport report = new ExecutionReport();
    for (int tag : COPIED) {
      if (request.isSetField(tag)) report.setString(tag, request.getString(tag));
    }
    report.setString(6, "0");
    report.setString(14, "0");
    report.setString(17, reports + "-0");
    report.setString(37, Long.toString(reports));
    report.setString(39, isCancel ? "4" : "0");
    report.setUtcTimeStamp(60, LocalDateTime.now(ZoneOffset.UTC), true);
    report.setString(150, isCancel ? "4" : "0");
    report.setString(151, isCancel ? "0" : "1");
    try {
      Session.sendToTarget(report, id);
    } catch (SessionNotFound gone) {
      throw new IllegalStateException(gone);
    }
  }

  @Override
  public void onCreate(SessionID id) {}

  @Override
  public void onLogon(SessionID id) {}

  @Override
  public void onLogout(SessionID id) {}

  @Override
  public void toAdmin(Message message, SessionID id) {}

  @Override
  public void fromAdmin(Message message, SessionID id) {}

  @Override
  public void toApp(Message message, SessionID id) {}
}
