#import <A/B.h>
@interface C : NSObject
- (void)foo;
@end
@implementation C (D)
- (void)foo:(int)x bar:(NSString *)y { [self baz:x with:[y length]]; h(@"text", @selector(a:b:)); }
+ (id)make { return [[C alloc] init]; }
@end
