// Command initiator is a stock quickfixgo initiator on a leash. It prints one line per callback, a
// word and a message with `|` in the place of SOH, and takes one line per deed on standard input:
//
// `send <message>` a whole message, its header replaced by the session's · `logout` · `start` and
// `stop` the initiator, its store stays · `exit`.
//
// Use: `initiator <settings file> <553 or -> <554 or ->`
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/quickfixgo/quickfix"
	"github.com/quickfixgo/quickfix/datadictionary"
	"github.com/quickfixgo/quickfix/store/file"
)

const soh = "\x01"

var output sync.Mutex

func say(word string, message fmt.Stringer) {
	output.Lock()
	defer output.Unlock()
	text := ""
	if message != nil {
		text = strings.ReplaceAll(message.String(), soh, "|")
	}
	fmt.Println(word, text)
}

type application struct{ user, password string }

func (application) OnCreate(quickfix.SessionID) {}
func (application) OnLogon(quickfix.SessionID)  { say("logon", nil) }
func (application) OnLogout(quickfix.SessionID) { say("logout", nil) }

func (a application) ToAdmin(message *quickfix.Message, _ quickfix.SessionID) {
	if kind, _ := message.Header.GetString(35); kind == "A" && a.user != "-" {
		message.Body.SetString(553, a.user)
		message.Body.SetString(554, a.password)
	}
	say("to-admin", message)
}

func (application) FromAdmin(message *quickfix.Message, _ quickfix.SessionID) quickfix.MessageRejectError {
	say("from-admin", message)
	return nil
}

func (application) ToApp(message *quickfix.Message, _ quickfix.SessionID) error {
	say("to-app", message)
	return nil
}

func (application) FromApp(message *quickfix.Message, _ quickfix.SessionID) quickfix.MessageRejectError {
	say("from-app", message)
	return nil
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	check(err)
	settings, err := quickfix.ParseSettings(bytes.NewReader(text))
	check(err)
	path, err := settings.GlobalSettings().Setting("DataDictionary")
	check(err)
	dictionary, err := datadictionary.Parse(path)
	check(err)
	var id quickfix.SessionID
	for id = range settings.SessionSettings() {
	}
	var initiator *quickfix.Initiator
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		switch word {
		case "start":
			initiator, err = quickfix.NewInitiator(
				application{os.Args[2], os.Args[3]}, file.NewStoreFactory(settings), settings, quickfix.NewNullLogFactory())
			check(err)
			check(initiator.Start())
		case "send":
			message := quickfix.NewMessage()
			raw := bytes.NewBufferString(strings.ReplaceAll(rest, "|", soh))
			check(quickfix.ParseMessageWithDataDictionary(message, raw, dictionary, dictionary))
			check(quickfix.SendToTarget(message, id))
		case "stop":
			initiator.Stop()
			say("stopped", nil)
		default:
			return
		}
	}
}
