using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Shop.TestServers;

/// <summary>
/// A TCP proxy on loopback that can behave like a broken network: <see cref="Stall"/> swallows everything without telling
/// either end, <see cref="Cut"/> resets.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly int target;
    private readonly TcpListener listener = new(IPAddress.Loopback, Ports.Free());
    private readonly ConcurrentDictionary<Socket, bool> sockets = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly Task accepting;
    private volatile TaskCompletionSource open = Opened();
    private volatile bool refuses;

    public FaultProxy(int target)
    {
        this.target = target;
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Nothing passes any more in either direction, new connections included, and nobody is told.</summary>
    public void Stall()
    {
        if (open.Task.IsCompleted)
            open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Every connection is reset, and new ones are too.</summary>
    public void Cut()
    {
        refuses = true;
        foreach (var socket in sockets.Keys)
            Reset(socket);
    }

    /// <summary>Everything passes again; what was under way when it stalled arrives now.</summary>
    public void Heal()
    {
        refuses = false;
        open.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        Cut();
        await accepting;
        stopping.Dispose();
    }

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource();
        opened.SetResult();
        return opened;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ForwardAsync(await listener.AcceptSocketAsync(stopping.Token));
        }
        catch (Exception error) when (IsBroken(error))
        {
            // Disposed.
        }
    }

    private async Task ForwardAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        sockets[client] = sockets[server] = true;
        try
        {
            if (refuses)
                throw new SocketException((int)SocketError.ConnectionRefused);
            await open.Task.WaitAsync(stopping.Token);
            await server.ConnectAsync(new IPEndPoint(IPAddress.Loopback, target), stopping.Token);
            client.NoDelay = server.NoDelay = true;
            await Task.WhenAll(PumpAsync(client, server), PumpAsync(server, client));
        }
        catch (Exception error) when (IsBroken(error))
        {
            Reset(client);
            Reset(server);
        }
        finally
        {
            sockets.TryRemove(client, out _);
            sockets.TryRemove(server, out _);
            client.Dispose();
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, stopping.Token) is var read && read > 0)
            {
                await open.Task.WaitAsync(stopping.Token);
                for (var sent = 0; sent < read;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), stopping.Token);
            }

            // That there is no more is news like any other, and comes as late.
            await open.Task.WaitAsync(stopping.Token);
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (IsBroken(error) && !stopping.IsCancellationRequested)
        {
            await open.Task.WaitAsync(stopping.Token);
            Reset(from);
            Reset(to);
        }
    }

    private static bool IsBroken(Exception error) => error is SocketException or OperationCanceledException or ObjectDisposedException;

    private void Reset(Socket socket)
    {
        if (!sockets.TryRemove(socket, out _))
            return;
        try
        {
            socket.LingerState = new(enable: true, seconds: 0);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Closed already.
        }

        socket.Dispose();
    }
}
