using VirtMigration.Native.Threading;
using Xunit;

namespace VirtMigration.UnitTests.Native;

public sealed class NativeThreadsTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_result_and_an_exception_come_back()
    {
        Assert.Equal(42, await NativeThreads.RunAsync(() => 42, s_long, CancellationToken.None));
        await Assert.ThrowsAsync<FormatException>(
            () => NativeThreads.RunAsync<int>(() => throw new FormatException(), s_long, CancellationToken.None));
    }

    [Fact]
    public async Task Calls_never_run_on_the_callers_thread_nor_on_the_pool()
    {
        (int thread, bool pool) = await NativeThreads.RunAsync(
            () => (Environment.CurrentManagedThreadId, Thread.CurrentThread.IsThreadPoolThread),
            s_long,
            CancellationToken.None);
        Assert.NotEqual(Environment.CurrentManagedThreadId, thread);
        Assert.False(pool);
    }

    [Fact]
    public async Task A_call_that_hangs_is_given_up_and_holds_up_no_other()
    {
        using ManualResetEventSlim release = new();
        await Assert.ThrowsAsync<TimeoutException>(
            () => NativeThreads.RunAsync(() => release.Wait(s_long), TimeSpan.FromMilliseconds(20), CancellationToken.None));
        using CancellationTokenSource cancelled = new(TimeSpan.FromMilliseconds(20));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => NativeThreads.RunAsync(() => release.Wait(s_long), s_long, cancelled.Token));
        Assert.Equal(1, await NativeThreads.RunAsync(() => 1, s_long, CancellationToken.None));
        release.Set();
    }

    [Fact]
    public async Task Many_at_once_all_come_back() => Assert.Equal(
        Enumerable.Range(0, 100),
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => NativeThreads.RunAsync(() => i, s_long, CancellationToken.None))));
}
