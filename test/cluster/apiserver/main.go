// Command apiserver is a real Kubernetes API server with its etcd inside, for tests: one process, one folder, no network but 127.0.0.1.
//
//	apiserver --etcd-data-dir=DIR [flags of kube-apiserver]
//
// It ends when its standard input does, so that it never outlives the test run that started it.
package main

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/component-base/cli"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

const dataDirFlag = "--etcd-data-dir="

func main() {
	dataDir, args, err := splitArgs(os.Args[1:])
	if err != nil {
		fail(err)
	}
	store, err := startEtcd(dataDir)
	if err != nil {
		fail(err)
	}
	go endWithStdin()
	command := app.NewAPIServerCommand()
	command.SetArgs(append(args, "--etcd-servers=http://"+store.Clients[0].Addr().String()))
	code := cli.Run(command)
	store.Close()
	os.Exit(code)
}

func splitArgs(all []string) (dataDir string, rest []string, err error) {
	for _, arg := range all {
		if strings.HasPrefix(arg, dataDirFlag) {
			dataDir = strings.TrimPrefix(arg, dataDirFlag)
		} else {
			rest = append(rest, arg)
		}
	}
	if dataDir == "" {
		return "", nil, fmt.Errorf("%sDIR is missing", dataDirFlag)
	}
	return dataDir, rest, nil
}

func startEtcd(dataDir string) (*embed.Etcd, error) {
	anyPort, err := url.Parse("http://127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	config := embed.NewConfig()
	config.Dir = dataDir
	config.LogLevel = "error"
	config.LogOutputs = []string{"stderr"}
	// Test data may be lost with the power; what counts is that writes are fast.
	config.UnsafeNoFsync = true
	// Nobody asks it over REST, and it would dial the advertised port 0 for ever.
	config.EnableGRPCGateway = false
	config.ListenClientUrls = []url.URL{*anyPort}
	config.AdvertiseClientUrls = config.ListenClientUrls
	config.ListenPeerUrls = []url.URL{*anyPort}
	config.AdvertisePeerUrls = config.ListenPeerUrls
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	store, err := embed.StartEtcd(config)
	if err != nil {
		return nil, err
	}
	select {
	case <-store.Server.ReadyNotify():
		return store, nil
	case err := <-store.Err():
		return nil, err
	case <-time.After(30 * time.Second):
		store.Close()
		return nil, fmt.Errorf("etcd was not ready after 30 s")
	}
}

func endWithStdin() {
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
