using System.Diagnostics;
using System.Text;
using VirtMigration.Native.Handles;
using VirtMigration.Native.Interop;

namespace VirtMigration.Native.Domains;

/// <summary>Talking to its guest.</summary>
internal sealed unsafe partial class LibvirtDomain
{
    // The stream does not block, so that a guest that never answers never holds this thread: it is asked as often as this.
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(20);

    /// <summary>Sends one line over a virtio channel and waits for a line.</summary>
    /// <param name="channel">The channel's target name.</param>
    /// <param name="line">The line, without its line feed.</param>
    /// <param name="patience">How long to wait at most.</param>
    /// <param name="stop">Ends the waiting.</param>
    /// <returns>Whether a line came back.</returns>
    /// <exception cref="OperationCanceledException">It was stopped; the line may have been sent.</exception>
    public bool AskOverChannel(string channel, string line, TimeSpan patience, CancellationToken stop)
    {
        string action = $"talk to the guest of VM {Name} over channel {channel}";
        long start = Stopwatch.GetTimestamp();
        using StreamHandle stream = new(Libvirt.virStreamNew(_connection.Handle, Libvirt.StreamNonBlocking));
        if (stream.IsInvalid)
        {
            throw _connection.Error(action);
        }

        _ = Check(Libvirt.virDomainOpenChannel(_handle, channel, stream, 0), action);
        bool answered = false;
        try
        {
            TimeSpan Left() => patience - Stopwatch.GetElapsedTime(start);
            answered = Send(stream, Encoding.UTF8.GetBytes(line + '\n'), action, Left, stop) && ReceiveLine(stream, action, Left, stop);
            return answered;
        }
        finally
        {
            // Finished or aborted, the daemon lets go of the channel, and the next who opens it is not refused.
            _ = answered ? Libvirt.virStreamFinish(stream) : Libvirt.virStreamAbort(stream);
        }
    }

    /// <summary>Gives the guest's agent a command and waits for its answer.</summary>
    /// <param name="command">The command.</param>
    /// <param name="message">Its arguments, a JSON object.</param>
    /// <param name="seconds">How long the answer may take.</param>
    /// <exception cref="HypervisorException">GuestUnresponsive; Internal where the agent refuses the command.</exception>
    public void AskAgent(string command, string message, int seconds)
    {
        string text = $"{{\"execute\":\"{command}\",\"arguments\":{message}}}";
        if (NativeText.Take(Libvirt.virDomainQemuAgentCommand(_handle, text, seconds, 0)) is null)
        {
            throw _connection.Error($"have the guest agent of VM {Name} do {command}");
        }
    }

    private bool Send(StreamHandle stream, byte[] data, string action, Func<TimeSpan> left, CancellationToken stop)
    {
        int sent = 0;
        while (sent < data.Length)
        {
            fixed (byte* rest = &data[sent])
            {
                int taken = Libvirt.virStreamSend(stream, rest, (nuint)(data.Length - sent));
                if (taken == Libvirt.StreamWouldWait)
                {
                    if (!Wait(left, stop))
                    {
                        return false;
                    }

                    continue;
                }

                sent += Check(taken, action);
            }
        }

        return true;
    }

    // Whatever the guest says: what counts is that it said something.
    private bool ReceiveLine(StreamHandle stream, string action, Func<TimeSpan> left, CancellationToken stop)
    {
        const int Size = 256;
        byte* buffer = stackalloc byte[Size];
        while (true)
        {
            int received = Libvirt.virStreamRecv(stream, buffer, Size);
            if (received == Libvirt.StreamWouldWait)
            {
                if (!Wait(left, stop))
                {
                    return false;
                }

                continue;
            }

            // 0: the channel was closed on the guest's side of the host.
            if (Check(received, action) == 0)
            {
                return false;
            }

            if (new ReadOnlySpan<byte>(buffer, received).Contains((byte)'\n'))
            {
                return true;
            }
        }
    }

    private static bool Wait(Func<TimeSpan> left, CancellationToken stop)
    {
        if (left() <= TimeSpan.Zero)
        {
            return false;
        }

        _ = stop.WaitHandle.WaitOne(s_poll);
        stop.ThrowIfCancellationRequested();
        return true;
    }
}
