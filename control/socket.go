package control

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// dialTime is how long a socket of this machine may take to answer.
const dialTime = time.Second

// maxSocketPath is the shortest limit that a system has for the path of a
// socket, its end mark left out.
const maxSocketPath = 103

// Dir returns the folder of the sockets: $XDG_RUNTIME_DIR/coppice, or where
// that is not set coppice-UID in the folder for temporary files.
func Dir() string {
	if runtimeDir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(runtimeDir) {
		return filepath.Join(runtimeDir, "coppice")
	}
	return filepath.Join(os.TempDir(), "coppice-"+strconv.Itoa(os.Getuid()))
}

// socketOf returns the path of the socket of a node.
func socketOf(dir, node string) (string, error) {
	if node == "" {
		return "", errors.New("control: the node has no name: give it one in coppice.Options")
	}
	path := filepath.Join(dir, url.PathEscape(node)+".sock")
	if len(path) > maxSocketPath {
		return "", fmt.Errorf("control: the path of the socket, %s, is longer than %d bytes: give the node a shorter name, or set XDG_RUNTIME_DIR", path, maxSocketPath)
	}
	return path, nil
}

// makeDir sees to it that the folder is there, and is the user's alone.
func makeDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("control: the folder of the sockets: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("control: the folder of the sockets: %w", err)
	}
	switch {
	case !info.IsDir():
		return fmt.Errorf("control: %s is not a folder but %v: remove it", dir, info.Mode().Type())
	case !ownedByUser(info):
		return fmt.Errorf("control: the folder %s belongs to another user, who could pretend to be this node: remove it, or set XDG_RUNTIME_DIR", dir)
	case info.Mode().Perm()&0o077 != 0 && checksModes:
		return fmt.Errorf("control: others may use the folder %s (mode %v): chmod 700 it", dir, info.Mode().Perm())
	}
	return nil
}

// listen opens the socket of a node, in place of one that was left behind.
func listen(dir, node string) (net.Listener, string, error) {
	path, err := socketOf(dir, node)
	if err != nil {
		return nil, "", err
	}
	if err := makeDir(dir); err != nil {
		return nil, "", err
	}
	unlock, err := lockFolder(dir)
	if err != nil {
		return nil, "", fmt.Errorf("control: the folder of the sockets: %w", err)
	}
	defer unlock()
	if _, err := os.Lstat(path); err == nil {
		conn, err := net.DialTimeout("unix", path, dialTime)
		if err == nil {
			closeQuietly(conn)
			return nil, "", fmt.Errorf("control: a node called %s is served already, on %s: give this one another name", node, path)
		}
		if !isStale(err) {
			return nil, "", fmt.Errorf("control: %s is in the way: %w", path, err)
		}
		if err := os.Remove(path); err != nil {
			return nil, "", fmt.Errorf("control: what was left of another program: %w", err)
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("control: the socket: %w", err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, "", fmt.Errorf("control: the socket: %w", err)
	}
	l.SetUnlinkOnClose(false) // see socket.Close
	if err := os.Chmod(path, 0o600); err != nil {
		closeQuietly(l)
		return nil, "", fmt.Errorf("control: the socket: %w", err)
	}
	info, _ := os.Lstat(path) // fails if somebody has removed it already
	return &socket{UnixListener: l, path: path, info: info}, path, nil
}

// A socket is a listener that removes its file, and no other: if its own was
// removed meanwhile, by hand or as an old one, the path may be that of another
// program by now.
type socket struct {
	*net.UnixListener
	path string
	info fs.FileInfo
	once sync.Once
}

// Close implements net.Listener.
func (s *socket) Close() error {
	s.once.Do(s.remove)
	return s.UnixListener.Close()
}

// remove is called as long as it listens: no other file can be taken for its own
// then.
func (s *socket) remove() {
	if unlock, err := lockFolder(filepath.Dir(s.path)); err == nil {
		defer unlock()
	}
	if info, err := os.Lstat(s.path); err == nil && os.SameFile(info, s.info) {
		_ = os.Remove(s.path)
	}
}

// lockTime is how long another program may take to open or close a socket.
const lockTime = 5 * time.Second

func lockFolder(dir string) (unlock func(), err error) {
	return lock(filepath.Join(dir, "lock"), lockTime)
}

// Nodes returns the names of the nodes of this user that are served on this
// machine. Sockets that nobody answers on are left out.
func Nodes() ([]string, error) { return nodesIn(Dir()) }

func nodesIn(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("control: the folder of the sockets: %w", err)
	}
	var names []string
	for _, e := range entries {
		escaped, ok := strings.CutSuffix(e.Name(), ".sock")
		name, err := url.PathUnescape(escaped)
		if !ok || err != nil {
			continue
		}
		conn, err := net.DialTimeout("unix", filepath.Join(dir, e.Name()), dialTime)
		if err != nil {
			continue
		}
		closeQuietly(conn)
		names = append(names, name)
	}
	return names, nil
}
