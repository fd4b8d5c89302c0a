// Command trade logs on, buys 0.01 BTC at the market, prints the reports and logs out.
//
// go run . 9878 SENDER TARGET KEY_ID SECRET
package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/quickfixgo/quickfix"
	"github.com/quickfixgo/quickfix/config"
)

type trade struct {
	user, password string
	done           chan string
}

func (trade) OnCreate(quickfix.SessionID)                                                 {}
func (trade) OnLogout(quickfix.SessionID)                                                 {}
func (trade) ToApp(*quickfix.Message, quickfix.SessionID) error                           { return nil }
func (trade) FromAdmin(*quickfix.Message, quickfix.SessionID) quickfix.MessageRejectError { return nil }

func (t trade) ToAdmin(message *quickfix.Message, _ quickfix.SessionID) {
	if message.IsMsgTypeOf("A") {
		message.Body.SetString(553, t.user)
		message.Body.SetString(554, t.password)
	}
}

func (trade) OnLogon(id quickfix.SessionID) {
	order := quickfix.NewMessage()
	order.Header.SetString(35, "D")
	order.Body.SetString(11, fmt.Sprintf("go-%d", time.Now().UnixNano()))
	order.Body.SetString(55, "BTC-USDT")
	order.Body.SetString(54, "1")
	order.Body.SetString(60, time.Now().UTC().Format("20060102-15:04:05.000"))
	order.Body.SetString(38, "0.01")
	order.Body.SetString(40, "1")
	check(quickfix.SendToTarget(order, id))
}

func (t trade) FromApp(message *quickfix.Message, _ quickfix.SessionID) quickfix.MessageRejectError {
	fmt.Println(strings.ReplaceAll(message.String(), "\x01", "|"))
	if status, _ := message.Body.GetString(39); strings.Contains("248", status) && status != "" {
		t.done <- status
	}
	return nil
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	settings := quickfix.NewSettings()
	session := quickfix.NewSessionSettings()
	for key, value := range map[string]string{
		config.SocketConnectHost: "127.0.0.1", config.SocketConnectPort: os.Args[1],
		config.BeginString: "FIX.4.4", config.SenderCompID: os.Args[2], config.TargetCompID: os.Args[3],
		config.HeartBtInt: "30", config.ResetOnLogon: "Y",
	} {
		session.Set(key, value)
	}
	_, err := settings.AddSession(session)
	check(err)
	application := trade{os.Args[4], os.Args[5], make(chan string, 1)}
	initiator, err := quickfix.NewInitiator(application, quickfix.NewMemoryStoreFactory(), settings, quickfix.NewNullLogFactory())
	check(err)
	check(initiator.Start())
	<-application.done
	initiator.Stop()
}
