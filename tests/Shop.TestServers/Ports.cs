using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Shop.TestServers;

/// <summary>Free loopback ports for servers that come back on the same one.</summary>
public static class Ports
{
    // Below the range from which the system takes ports for outgoing connections: while a server is down, nothing slips onto its port.
    private const int First = 12_000;
    private const int Last = 32_000;
    private static int next = RandomNumberGenerator.GetInt32(First, Last);

    /// <summary>A port that nobody listens on, and that this process has not given out lately.</summary>
    public static int Free()
    {
        for (var attempt = First; attempt < Last; attempt++)
        {
            var port = First + (Interlocked.Increment(ref next) % (Last - First));
            if (IsFree(port))
                return port;
        }

        throw new InvalidOperationException($"No port from {First} to {Last} is free on 127.0.0.1.");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
