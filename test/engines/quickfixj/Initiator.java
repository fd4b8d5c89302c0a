import java.io.BufferedReader;
import java.io.InputStreamReader;
import quickfix.Application;
import quickfix.DataDictionary;
import quickfix.DefaultMessageFactory;
import quickfix.FileStoreFactory;
import quickfix.Message;
import quickfix.ScreenLogFactory;
import quickfix.Session;
import quickfix.SessionID;
import quickfix.SessionSettings;
import quickfix.SocketInitiator;

/**
 * A stock QuickFIX/J initiator on a leash. Prints one line per callback, a word and a message with `|`
 * in the place of SOH; takes one line per deed on standard input:
 *
 * <p>`send <message>` a whole message, its header replaced by the session's · `logout` · `start` and
 * `stop` the initiator, its store stays · `exit`.
 *
 * <p>Use: `java Initiator.java <settings file> <553 or -> <554 or ->`
 */
public class Initiator implements Application {
  private static final char SOH = 1;
  private final String user;
  private final String password;

  private Initiator(String user, String password) {
    this.user = user;
    this.password = password;
  }

  public static void main(String[] args) throws Exception {
    SessionSettings settings = new SessionSettings(args[0]);
    Initiator application = new Initiator(args[1], args[2]);
    SessionID id = settings.sectionIterator().next();
    DataDictionary dictionary = new DataDictionary("FIX44.xml");
    SocketInitiator initiator = null;
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] words = line.split(" ", 2);
      switch (words[0]) {
        case "start":
          initiator =
              new SocketInitiator(
                  application,
                  new FileStoreFactory(settings),
                  settings,
                  new ScreenLogFactory(false, false, false),
                  new DefaultMessageFactory());
          initiator.start();
          break;
        case "send":
          Message message = new Message(words[1].replace('|', SOH), dictionary, false);
          Session.sendToTarget(message, id);
          break;
        case "logout":
          Session.lookupSession(id).logout();
          break;
        case "stop":
          initiator.stop(true);
          print("stopped", "");
          break;
        default:
          System.exit(0);
      }
    }
  }

  private static synchronized void print(String word, Object message) {
    System.out.println(word + " " + message.toString().replace(SOH, '|'));
    System.out.flush();
  }

  @Override
  public void onCreate(SessionID id) {}

  @Override
  public void onLogon(SessionID id) {
    print("logon", "");
  }

  @Override
  public void onLogout(SessionID id) {
    print("logout", "");
  }

  @Override
  public void toAdmin(Message message, SessionID id) {
    try {
      if (message.getHeader().getString(35).equals("A") && !user.equals("-")) {
        message.setString(553, user);
        message.setString(554, password);
      }
    } catch (Exception error) {
      throw new IllegalStateException(error);
    }
    print("to-admin", message);
  }

  @Override
  public void fromAdmin(Message message, SessionID id) {
    print("from-admin", message);
  }

  @Override
  public void toApp(Message message, SessionID id) {
    print("to-app", message);
  }

  @Override
  public void fromApp(Message message, SessionID id) {
    print("from-app", message);
  }
}
