using VirtMigration.Native.Threading;
using Xunit;

namespace VirtMigration.UnitTests.Native;

public sealed class NativeCallQueueTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_result_and_an_exception_come_back()
    {
        NativeCallQueue queue = new("test");
        Assert.Equal(42, await queue.RunAsync(() => 42, s_long, CancellationToken.None));
        await Assert.ThrowsAsync<FormatException>(() => queue.RunAsync<int>(() => throw new FormatException(), s_long, CancellationToken.None));
    }

    [Fact]
    public async Task No_more_than_four_calls_are_under_way()
    {
        NativeCallQueue queue = new("test");
        int running = 0, most = 0;
        object gate = new();
        int Call()
        {
            lock (gate)
            {
                most = Math.Max(most, ++running);
            }

            Thread.Sleep(5);
            lock (gate)
            {
                return --running;
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => queue.RunAsync(Call, s_long, CancellationToken.None)));
        Assert.Equal(4, most);
    }

    [Fact]
    public async Task A_call_nobody_waits_for_any_more_is_never_begun()
    {
        NativeCallQueue queue = new("test");
        using ManualResetEventSlim release = new();
        Task<bool>[] holding = [.. Enumerable.Range(0, 4).Select(_ => queue.RunAsync(() => release.Wait(s_long), s_long, CancellationToken.None))];
        bool begun = false;
        await Assert.ThrowsAsync<TimeoutException>(
            () => queue.RunAsync(() => begun = true, TimeSpan.FromMilliseconds(20), CancellationToken.None));
        release.Set();
        await Task.WhenAll(holding);
        await queue.RunAsync(() => 0, s_long, CancellationToken.None);
        Assert.False(begun);
    }
}
